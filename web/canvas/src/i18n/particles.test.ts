import { describe, expect, it } from "vitest";
import { withParticles } from "./particles.ts";

describe("a particle", () => {
  it("follows the sound of the syllable before it", () => {
    expect(withParticles("이미지을(를) 만드는 노드")).toBe("이미지를 만드는 노드");
    expect(withParticles("마스크이(가), 조건이(가)")).toBe("마스크가, 조건이");
    expect(withParticles("장면은(는) 모델과(와)")).toBe("장면은 모델과");
  });

  it("looks past what closes a name", () => {
    expect(withParticles("“두 배로”을(를), “묶음”이(가), 노드(둘)은(는)")).toBe(
      "“두 배로”를, “묶음”이, 노드(둘)은",
    );
  });

  it("knows that 으로 is 로 after a vowel and after ㄹ", () => {
    expect(withParticles("텍스트(으)로, 모델(으)로, 조건(으)로")).toBe("텍스트로, 모델로, 조건으로");
  });

  it("reads numbers", () => {
    const numbers = ["1", "2", "3", "6", "9", "10", "120"].map((one) => withParticles(`${one}(으)로`));
    expect(numbers).toEqual(["1로", "2로", "3으로", "6으로", "9로", "10으로", "120으로"]);
    expect(withParticles("버전 4이(가), 버전 7을(를)")).toBe("버전 4가, 버전 7을");
  });

  it("keeps both forms after a word that can be read in more than one way", () => {
    expect(withParticles("“Sample”을(를)")).toBe("“Sample”을(를)");
  });
});
